/* Makes a disk of one process slow to sync, and nothing else. Preloaded; for how many milliseconds each fsync and fdatasync waits
   stands, as a 64-bit integer, in the file that FAULT_SYNC names, and may change at any time. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *milliseconds;

__attribute__((constructor)) static void find_delay(void)
{
    const char *name = getenv("FAULT_SYNC");
    int file = name ? open(name, O_RDONLY) : -1;
    if (file < 0)
        return;
    void *page = mmap(NULL, sizeof *milliseconds, PROT_READ, MAP_SHARED, file, 0);
    if (page != MAP_FAILED)
        milliseconds = page;
    close(file);
}

/* In short waits, so that a delay that is taken away ends those that are under way. */
static void wait_for_disk(void)
{
    for (int64_t waited = 0; milliseconds && waited < *milliseconds; waited += 10) {
        struct timespec pause = {0, 10 * 1000 * 1000};
        nanosleep(&pause, NULL);
    }
}

int fsync(int file)
{
    wait_for_disk();
    return (int)syscall(SYS_fsync, file);
}

int fdatasync(int file)
{
    wait_for_disk();
    return (int)syscall(SYS_fdatasync, file);
}

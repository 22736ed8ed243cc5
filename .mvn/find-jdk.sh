# Sourced by mvnw and relay: points JAVA_HOME at a JDK 25, also where JAVA_HOME and PATH have another one.
# Looks in JAVA_HOME, PATH and the folders where distributions, SDKMAN, IDEs and macOS put their JDKs.

find_jdk() {
  jdk_of_path=$(command -v javac) && jdk_of_path=$(readlink -f "$jdk_of_path") && jdk_of_path=${jdk_of_path%/bin/javac}
  for jdk in "${JAVA_HOME:-}" "$jdk_of_path" /usr/lib/jvm/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/* \
    "$HOME"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if [ -x "$jdk/bin/javac" ] && grep -q '^JAVA_VERSION="25[".]' "$jdk/release" 2>/dev/null; then
      echo "$jdk"
      return 0
    fi
  done
  echo "No JDK 25 in JAVA_HOME, PATH or the usual folders. Install one, or set JAVA_HOME to it." >&2
  return 1
}

JAVA_HOME=$(find_jdk) || exit 1
export JAVA_HOME

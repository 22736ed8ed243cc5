package relay.server;

/// The program.
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.out.println("relay");
    }
}

package relay.core.sasl;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The attributes of a SCRAM message, `r=abc,s=def,i=4096` (RFC 5802 §5.1), in their order.
record ScramMessage(Map<Character, String> attributes) {
    /// Empty where the text has another form or an attribute stands twice.
    static Optional<ScramMessage> parse(String text) {
        var attributes = new LinkedHashMap<Character, String>();
        for (String part : text.split(",", -1)) {
            boolean formed =
                    part.length() >= 2
                            && Character.isLetter(part.charAt(0))
                            && part.charAt(1) == '=';
            if (!formed) return Optional.empty();
            if (attributes.put(part.charAt(0), part.substring(2)) != null) return Optional.empty();
        }
        return Optional.of(new ScramMessage(attributes));
    }

    String get(char name) {
        return attributes.getOrDefault(name, "");
    }

    /// The attribute as bytes; none where it is no base64.
    byte[] bytes(char name) {
        return decoded(get(name));
    }

    /// The attribute as a number; 0 where it is none from 1 to 999999999.
    int number(char name) {
        return get(name).matches("[1-9][0-9]{0,8}") ? Integer.parseInt(get(name)) : 0;
    }

    /// An extension that whoever does not know it must refuse.
    boolean hasMandatoryExtension() {
        return attributes.containsKey('m');
    }

    static byte[] decoded(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException _) {
            return new byte[0];
        }
    }

    static String encoded(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}

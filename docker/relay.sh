#!/bin/sh
# The command `relay` inside the container. It ends in exec, so that SIGTERM reaches the program. RELAY_JAVA_OPTIONS
# comes last and so wins.
# shellcheck disable=SC2086 # options are words
exec java -XX:+UseSerialGC -XX:+UseCompactObjectHeaders -XX:MaxRAMPercentage=50 -Xmn24m -XX:+ExitOnOutOfMemoryError \
  -XX:InlineSmallCode=700 -XX:FreqInlineSize=80 -Dio.netty.jfr.enabled=false \
  --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
  ${RELAY_JAVA_OPTIONS:-} -jar /opt/relay/relay.jar "$@"

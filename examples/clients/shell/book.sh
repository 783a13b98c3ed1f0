#!/bin/sh
# Books trips through Voyage with Debian's amqp-tools, and jq.
set -eu
url=${AMQP_URL:-amqp://guest:guest@localhost:5672/}
url=${url%/} # to these tools a last slash is a vhost without a name

uuid() { cat /proc/sys/kernel/random/uuid; }

trip() { # booking id (your order's number: the same id is booked once), name, attempts, car, hotel, flight
  jq -nc '$ARGS.positional | {booking_id: .[0], name: .[1], attempts: .[2], car: .[3], hotel: .[4], flight: .[5]}' \
    --args "$@"
}

# amqp-publish knows neither confirms nor correlation ids. So each call has a reply queue of its own, and a request
# that isn't answered is sent again under the same booking id, which books it once all the same.
book() {
  queue=$(amqp-declare-queue -u "$url" -d -q "booking.results.$(uuid)")
  answer=
  for _ in 1 2 3; do
    amqp-publish -u "$url" -p -C application/json -t "$queue" -r booking.requests -b "$1"
    answer=$(timeout 20 amqp-consume -u "$url" -q "$queue" -c 1 cat) && break
  done
  amqp-delete-queue -u "$url" -q "$queue" >/dev/null # and with it any repeat of the answer
  if [ -z "$answer" ]; then
    echo "No answer. Is voyage-consumer running? Book again under the same id." >&2
    return 1
  fi
  echo "$answer" | jq -r '"\(.status): \(.reason.message // .result)"' # booked, cancelled, failed or rejected
}

john=$(uuid)
book "$(trip "$john" 'John Doe' 5 valid-car-id valid-hotel-id valid-flight-id)"
book "$(trip "$(uuid)" 'Jane Smith' 3 valid-car-id invalid-hotel-id valid-flight-id)"
book "$(trip "$john" 'John Doe' 5 another-car-id valid-hotel-id valid-flight-id)"

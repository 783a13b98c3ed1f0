// Books trips through Voyage with amqplib.
import { randomUUID } from 'node:crypto';
import amqp from 'amqplib';

const url = process.env.AMQP_URL ?? 'amqp://guest:guest@localhost:5672/';
const userId = decodeURIComponent(new URL(url).username || 'guest'); // RabbitMQ refuses any other than our own
const exchange = process.env.VOYAGE_REQUEST_EXCHANGE ?? ''; // the default one, unless our user may not use it
const connection = await amqp.connect(url);
const channel = await connection.createConfirmChannel();
await channel.checkQueue('booking.requests'); // not there? Start voyage-consumer first
const { queue: replyTo } = await channel.assertQueue('', { exclusive: true });
const waiting = new Map();

await channel.consume(replyTo, (message) => {
  const { correlationId } = message.properties;
  waiting.get(correlationId)?.(JSON.parse(message.content.toString()));
  waiting.delete(correlationId); // the repeat of an answer finds nobody waiting: dropped
  channel.ack(message);
});

// Send a trip and wait for its answer. After an error, book again under the same booking_id.
async function book(trip) {
  const id = randomUUID();
  const answer = new Promise((resolve, reject) => {
    waiting.set(id, resolve);
    setTimeout(reject, 60_000, new Error(`No answer for booking ${trip.booking_id} yet`)).unref();
  });
  channel.publish(exchange, 'booking.requests', Buffer.from(JSON.stringify(trip)), {
    contentType: 'application/json', persistent: true, type: 'booking.request',
    messageId: id, correlationId: id, replyTo, userId,
  });
  await channel.waitForConfirms();
  return answer;
}

const john = {
  booking_id: randomUUID(), // your order's number: the same id is booked once, however often it is sent
  name: 'John Doe', attempts: 5, car: 'valid-car-id', hotel: 'valid-hotel-id', flight: 'valid-flight-id',
};
const jane = { ...john, booking_id: randomUUID(), name: 'Jane Smith', attempts: 3, hotel: 'invalid-hotel-id' };
const otherTripSameId = { ...john, car: 'another-car-id' };

for (const trip of [john, jane, otherTripSameId]) {
  const { status, result, reason } = await book(trip); // booked, cancelled, failed or rejected
  console.log(`${status}: ${reason?.message ?? result}`);
}
await connection.close();

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Books trips through Voyage with RabbitMQ's own Java client. */
public class Book {
  record Trip(String booking_id, String name, int attempts, String car, String hotel, String flight) {}

  private static final Gson JSON = new Gson();
  // The default exchange, unless our user may not use it.
  private static final String EXCHANGE = System.getenv().getOrDefault("VOYAGE_REQUEST_EXCHANGE", "");
  private final Map<String, CompletableFuture<JsonObject>> waiting = new ConcurrentHashMap<>();
  private final Channel channel;
  private final String user; // RabbitMQ refuses any other than our own
  private final String replyTo;

  /** Confirms are on; the queue for the answers lives as long as the connection. */
  Book(Channel channel, String user) throws Exception {
    this.channel = channel;
    this.user = user;
    channel.confirmSelect();
    channel.queueDeclarePassive("booking.requests"); // not there? Start voyage-consumer first
    replyTo = channel.queueDeclare().getQueue();
    channel.basicConsume(replyTo, false, (tag, reply) -> {
      var answer = waiting.remove(reply.getProperties().getCorrelationId());
      if (answer != null) { // else the repeat of an earlier answer: dropped
        answer.complete(JSON.fromJson(new String(reply.getBody(), "UTF-8"), JsonObject.class));
      }
      channel.basicAck(reply.getEnvelope().getDeliveryTag(), false);
    }, tag -> {});
  }

  /** Sends a trip and waits for its answer. After an exception, book again under the same booking_id. */
  JsonObject book(Trip trip) throws Exception {
    var id = UUID.randomUUID().toString();
    var answer = new CompletableFuture<JsonObject>();
    waiting.put(id, answer);
    var properties = new BasicProperties.Builder().contentType("application/json").deliveryMode(2)
        .type("booking.request").messageId(id).correlationId(id).replyTo(replyTo).userId(user).build();
    channel.basicPublish(EXCHANGE, "booking.requests", properties, JSON.toJson(trip).getBytes("UTF-8"));
    channel.waitForConfirmsOrDie(10_000);
    return answer.get(60, TimeUnit.SECONDS);
  }

  public static void main(String[] arguments) throws Exception {
    var factory = new ConnectionFactory();
    var url = System.getenv().getOrDefault("AMQP_URL", "amqp://guest:guest@localhost:5672/");
    factory.setUri(url.replaceFirst("(?<=[^/])/$", "")); // to this client a last slash is a vhost without a name
    String id = UUID.randomUUID().toString(); // your order's number: the same id is booked once
    String another = UUID.randomUUID().toString();
    var john = new Trip(id, "John Doe", 5, "valid-car-id", "valid-hotel-id", "valid-flight-id");
    var jane = new Trip(another, "Jane Smith", 3, "valid-car-id", "invalid-hotel-id", "valid-flight-id");
    var otherTripSameId = new Trip(id, "John Doe", 5, "another-car-id", "valid-hotel-id", "valid-flight-id");
    try (var connection = factory.newConnection()) {
      var voyage = new Book(connection.createChannel(), factory.getUsername());
      for (var trip : List.of(john, jane, otherTripSameId)) {
        var result = voyage.book(trip);
        var reason = result.get("reason"); // null when it is booked
        var text = reason.isJsonNull() ? result.get("result") : reason.getAsJsonObject().get("message");
        System.out.println(result.get("status").getAsString() + ": " + text.getAsString());
      }
    }
  }
}

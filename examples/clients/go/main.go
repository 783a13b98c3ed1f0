// Books trips through Voyage with RabbitMQ's own Go client.
package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// The default exchange, unless our user may not use it.
var exchange = os.Getenv("VOYAGE_REQUEST_EXCHANGE")

type Trip struct {
	BookingID string `json:"booking_id"` // your order's number: the same id is booked once
	Name      string `json:"name"`
	Attempts  int    `json:"attempts"`
	Car       string `json:"car"`
	Hotel     string `json:"hotel"`
	Flight    string `json:"flight"`
}

type Result struct {
	Status string `json:"status"` // booked, cancelled, failed or rejected
	Result string `json:"result"`
	Reason *struct {
		Message string `json:"message"`
	} `json:"reason"` // nil when it is booked
}

type Voyage struct {
	channel *amqp.Channel
	user    string // RabbitMQ refuses any other than our own
	replyTo string
	replies <-chan amqp.Delivery
}

// Connect opens a channel with confirms, and a queue for the answers that lives as long as the connection.
func Connect(connection *amqp.Connection, user string) (*Voyage, error) {
	channel, err := connection.Channel()
	if err != nil {
		return nil, err
	}
	if _, err = channel.QueueDeclarePassive("booking.requests", true, false, false, false, nil); err != nil {
		return nil, fmt.Errorf("start voyage-consumer first: %w", err)
	}
	queue, err := channel.QueueDeclare("", false, false, true, false, nil)
	if err != nil {
		return nil, err
	}
	replies, err := channel.Consume(queue.Name, "", false, true, false, false, nil)
	return &Voyage{channel, user, queue.Name, replies}, errors.Join(err, channel.Confirm(false))
}

// Book sends a trip and waits for its answer. After an error, book again under the same booking id.
func (v *Voyage) Book(ctx context.Context, trip Trip) (result Result, err error) {
	id, body := rand.Text(), must(json.Marshal(trip))
	confirm, err := v.channel.PublishWithDeferredConfirmWithContext(ctx, exchange, "booking.requests", false, false,
		amqp.Publishing{ContentType: "application/json", DeliveryMode: amqp.Persistent, Type: "booking.request",
			MessageId: id, CorrelationId: id, ReplyTo: v.replyTo, UserId: v.user, Body: body})
	if err != nil {
		return result, err
	}
	if safe, err := confirm.WaitContext(ctx); err != nil || !safe {
		return result, fmt.Errorf("RabbitMQ did not confirm the request: %w", err)
	}
	for {
		select {
		case reply, open := <-v.replies:
			if !open {
				return result, amqp.ErrClosed
			}
			if err := reply.Ack(false); err != nil || reply.CorrelationId == id {
				return result, errors.Join(err, json.Unmarshal(reply.Body, &result))
			} // else the repeat of an earlier answer: dropped
		case <-ctx.Done():
			return result, fmt.Errorf("no answer for booking %s yet: %w", trip.BookingID, ctx.Err())
		}
	}
}

func main() {
	url := cmp.Or(os.Getenv("AMQP_URL"), "amqp://guest:guest@localhost:5672/")
	connection := must(amqp.Dial(url))
	defer connection.Close()
	voyage := must(Connect(connection, must(amqp.ParseURI(url)).Username))
	john := Trip{rand.Text(), "John Doe", 5, "valid-car-id", "valid-hotel-id", "valid-flight-id"}
	jane := Trip{rand.Text(), "Jane Smith", 3, "valid-car-id", "invalid-hotel-id", "valid-flight-id"}
	otherTripSameID := john
	otherTripSameID.Car = "another-car-id"
	for _, trip := range []Trip{john, jane, otherTripSameID} {
		ctx, stop := context.WithTimeout(context.Background(), time.Minute)
		result := must(voyage.Book(ctx, trip))
		stop()
		if result.Reason != nil {
			result.Result = result.Reason.Message
		}
		fmt.Printf("%s: %s\n", result.Status, result.Result)
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

"""From a message of the broker to a durable record and a signed receipt, and from a PUT to a durable blob."""

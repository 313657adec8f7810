"""Simulated devices of a weigh-in-motion station, for tests, demonstrations and training.

A digitiser on a pseudo-terminal, the same digitiser over Modbus TCP and RTU, a Modbus device with loops and weather,
and cameras that push plates, all driven by one road and one simulated clock. The package imports nothing else of the
project: it is a second implementation of the protocols, written from ``docs/protocols/`` alone, so that one mistake
cannot hide in an encoder and a decoder at once.

Own traffic is drawn (fleet), rides (chassis and road_profile give a ride) and presses on sensors (tyre_signal, sensor_response).
The way of the data::

    source (capture_playback | own_traffic) → road → digitiser → serial_front | modbus_front
                                                  ↘ site_device        ↘ truth
                                                  ↘ camera → push_queue
"""

"""What the sums over the passages say: where, when and by whom is overloaded, what it costs the road, and when a patrol finds most."""

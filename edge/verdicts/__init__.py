"""From a weighed vehicle to the verdict that its record carries."""

"""What an administrator does beside the service: each module one group of the commands of `wim-central`."""

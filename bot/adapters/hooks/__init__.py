"""What outside senders say over HTTP: one file each, with its own proof and its own words."""

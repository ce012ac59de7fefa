"""What screening remembers of a firm's parcels, in an encrypted database of the home."""

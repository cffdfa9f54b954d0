"""What cannot be made again, copied out and put back."""

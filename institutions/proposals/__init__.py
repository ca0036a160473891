"""What a reporting unit asks the Department to change in the register, and what becomes of it."""

"""What sentences say: dates, amounts, names and what pronouns stand for, by rules."""

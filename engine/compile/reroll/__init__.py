"""Stage 2: find the repetition in a recording and turn it into array instructions."""

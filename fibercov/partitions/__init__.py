"""The same measurement of data that one machine does not hold, part by part, by any executor."""

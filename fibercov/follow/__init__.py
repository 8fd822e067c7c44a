"""The share over time: histories, pace, forecast, and why it changed."""

"""The share over time: histories, pace, forecast, and why the share changed."""

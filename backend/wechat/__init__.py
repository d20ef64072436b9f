"""WeChat: who somebody is, their phone number, and messages to them."""

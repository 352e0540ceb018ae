"""Which telephone systems are listened to, instead of sending us requests?"""

"""Examines a target before anything is judged: is it the service, is access granted, are the promised connections
there?
"""

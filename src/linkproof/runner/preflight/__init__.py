"""Look at a target before anything is judged: is it the service, may we in, is what the target file promises there?"""

"""The source index: each URL that published issues cite, and the results of its checks."""

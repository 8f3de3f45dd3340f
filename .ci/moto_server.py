"""moto's server, in which a DynamoDB condition and the write it guards are one step, as they are in AWS.

moto answers requests in threads and looks at the condition before it writes, so two writers may both be the first. The
calls with small JSON bodies, DynamoDB's and those of the secrets, are answered one at a time here; S3's go on side by side.
"""
import threading

from moto import server


class OneWriter(server.DomainDispatcherApplication):
    """Passes requests on to moto; those that name their operation in a header wait for each other."""

    turn = threading.Lock()

    def __call__(self, environ, start_response):
        if "HTTP_X_AMZ_TARGET" not in environ:
            return super().__call__(environ, start_response)
        with self.turn:
            return super().__call__(environ, start_response)


if __name__ == "__main__":
    server.DomainDispatcherApplication = OneWriter
    server.main()

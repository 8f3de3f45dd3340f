"""moto's server, in which a DynamoDB condition and the write it guards are one step, as they are in AWS, and in which state
machines run.

moto answers requests in threads and looks at the condition before it writes, so two writers may both be the first. The
calls with small JSON bodies, DynamoDB's and those of the secrets, are answered one at a time here; S3's go on side by side.

S3 tells to the second when it stored something. So that tests need not wait for the next second, `PUT /_clock/BUCKET?SECONDS`
sets the clock of one bucket, ahead or back.

A task whose function is named `lister@127.0.0.1:4711` is handed to the Invoke API at that address, such as that of
`obsync start-lambda`; any other function does not exist.
"""
import datetime
import os
import threading

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from moto import server
from moto.core.config import default_user_config
from moto.s3 import models as s3_models
from moto.stepfunctions import models
from moto.stepfunctions.parser.asl.utils import boto_client

plain_client = boto_client.boto_client_for


class InvokeAPI:
    """Stands in for the client of Lambda."""

    def __init__(self, region):
        self.region = region

    def invoke(self, FunctionName, **parameters):
        name, _, address = FunctionName.partition("@")
        if not address:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "there is no such function"},
                               "ResponseMetadata": {"HTTPStatusCode": 404, "RequestId": "none"}}, "Invoke")
        client = boto3.client("lambda", endpoint_url=f"http://{address}", region_name=self.region, aws_access_key_id="testing",
                              aws_secret_access_key="testing", config=Config(read_timeout=960, retries={"max_attempts": 0}))
        return client.invoke(FunctionName=name, **parameters)


def client_for(region, service, state_credentials=None):
    return InvokeAPI(region) if service == "lambda" else plain_client(region, service, state_credentials)


# How far the clock of each bucket is ahead.
ahead = {}


def stamped(bucket_of, begin):
    """An initialiser of something that is stored, by the clock of its bucket."""

    def initialise(self, *arguments, **named):
        begin(self, *arguments, **named)
        self.last_modified += datetime.timedelta(seconds=ahead.get(bucket_of(self), 0))

    return initialise


class OneWriter(server.DomainDispatcherApplication):
    """Passes requests on to moto; those that name their operation in a header wait for each other."""

    turn = threading.Lock()

    def __call__(self, environ, start_response):
        # What a state machine asks of AWS goes to this server.
        os.environ["MOTO_PORT"] = environ["SERVER_PORT"]
        if environ["PATH_INFO"].startswith("/_clock/"):
            ahead[environ["PATH_INFO"].removeprefix("/_clock/")] = int(environ["QUERY_STRING"])
            start_response("200 OK", [("Content-Length", "0")])
            return []
        if "HTTP_X_AMZ_TARGET" not in environ:
            return super().__call__(environ, start_response)
        with self.turn:
            return super().__call__(environ, start_response)


if __name__ == "__main__":
    boto_client.boto_client_for = client_for
    default_user_config["stepfunctions"]["execute_state_machine"] = True
    from moto.stepfunctions.parser.models import stepfunctions_parser_backends
    from moto.stepfunctions.parser.backend.execution import Execution
    # It copies a machine with all its executions when one is started, and threads cannot be copied.
    Execution.__deepcopy__ = lambda execution, memo: execution
    # Those that a stack makes run, too.
    models.stepfunctions_backends = stepfunctions_parser_backends
    s3_models.FakeKey.__init__ = stamped(lambda key: key.bucket_name, s3_models.FakeKey.__init__)
    s3_models.FakeDeleteMarker.__init__ = stamped(lambda marker: marker.key.bucket_name, s3_models.FakeDeleteMarker.__init__)
    server.DomainDispatcherApplication = OneWriter
    server.main()

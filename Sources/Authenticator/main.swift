import LambdaFunctions
import SyncCore

await runLambdaFunction(.authenticator)

import LambdaFunctions
import SyncCore

await runLambdaFunction(.lister)

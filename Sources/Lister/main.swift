import LambdaFunctions
import Pipeline

await runLambdaFunction(.lister)

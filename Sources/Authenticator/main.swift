import LambdaFunctions
import Pipeline

await runLambdaFunction(.authenticator)

import LambdaFunctions
import Pipeline

await runLambdaFunction(.downloader)

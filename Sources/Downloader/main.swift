import LambdaFunctions
import SyncCore

await runLambdaFunction(.downloader)

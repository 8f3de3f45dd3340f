import AWSSigning
import FoundationEssentials
import HTTPTransport
import NIOCore
import NIOHTTP1

/// Sends the request, reads what is to be read, and turns every answer that is an error into one. The innermost layer.
struct ResponseMiddleware: AWSHandler {
    /// More of an error's body is not read.
    private static let errorBodyLimit = 256 * 1024
    /// Beyond this, a signature is refused for its date.
    private static let toleratedClockDifference = 240.0
    /// Bytes a second; a source that gives less has stalled.
    private static let slowestSource: Int64 = 32 << 10

    let executor: any HTTPExecutor
    let timeout: Duration
    let environment: AWSEnvironment

    func handle(_ request: AWSRequest, context: RequestContext) async throws -> AWSResponse {
        do {
            let timeout = timeout(of: request)
            let response = try await executor.execute(
                httpRequest(request),
                timeout: context.remaining(environment.now()).map { min($0, timeout) } ?? timeout,
                logger: context.logger
            )
            guard (200..<300).contains(response.status) else { throw await error(in: response, to: request) }
            switch request.responseBody {
            case .streamed:
                let body = AWSHTTPBody(stream: response.body, of: request)
                return AWSResponse(status: response.status, headers: response.headers, body: body)
            case .collected(let limit):
                return try await collected(response, limit: limit)
            case .collectedMayBeError(let limit):
                let answer = try await collected(response, limit: limit)
                let buffer = try await answer.body.collect(upTo: limit)
                if let found = ErrorBody(xml: buffer) { throw error(found, in: response, to: request) }
                return answer
            }
        } catch let error as TransportError {
            throw AWSError(error, service: request.service.name, operation: request.operation)
        }
    }

    /// A body that streams comes at the pace of its source, and is given the time for that.
    private func timeout(of request: AWSRequest) -> Duration {
        guard case .stream(let length, _) = request.body else { return timeout }
        return timeout + .seconds(length / Self.slowestSource)
    }

    private func collected(_ response: HTTPResponse, limit: Int) async throws -> AWSResponse {
        let buffer = try await response.collect(upTo: limit)
        return AWSResponse(status: response.status, headers: response.headers, body: AWSHTTPBody(buffer: buffer))
    }

    private func httpRequest(_ request: AWSRequest) -> HTTPRequest {
        var url = request.endpoint.base + request.path
        let query = request.query.canonicalQuery
        if !query.isEmpty { url += "?" + query }
        return HTTPRequest(method: request.method, url: url, headers: request.headers, body: request.body)
    }

    private func error(in response: HTTPResponse, to request: AWSRequest) async -> any Error {
        let body: ByteBuffer
        do {
            body = try await response.collect(upTo: Self.errorBodyLimit)
        } catch is CancellationError {
            return CancellationError()
        } catch {
            // The status alone still says what happened.
            body = ByteBuffer()
        }
        let found =
            request.service.speaksXML ? ErrorBody(xml: body) : ErrorBody(json: body, headers: response.headers)
        return error(found ?? ErrorBody(status: response.status), in: response, to: request)
    }

    private func error(_ body: ErrorBody, in response: HTTPResponse, to request: AWSRequest) -> AWSError {
        let headers = response.headers
        let requestID = headers.first(name: "x-amz-request-id") ?? headers.first(name: "x-amzn-requestid")
        let now = environment.now()
        return AWSError(
            AWSErrorCode(rawValue: body.code),
            message: body.message,
            service: request.service.name,
            operation: request.operation,
            answer: AWSError.Answer(
                httpStatus: response.status,
                requestID: requestID ?? body.requestID,
                extendedRequestID: headers.first(name: "x-amz-id-2") ?? body.hostID,
                retryAfter: retryAfter(headers, now: now),
                clockOffset: clockOffset(headers, now: now),
                bucketRegion: (body.region ?? headers.first(name: "x-amz-bucket-region")).flatMap(
                    Region.init(name:)
                )
            )
        )
    }

    private func retryAfter(_ headers: HTTPHeaders, now: Date) -> Duration? {
        guard let text = headers.first(name: "retry-after") else { return nil }
        if let seconds = UInt32(text) { return .seconds(Int64(seconds)) }
        return DateText.httpDate(text).map { .seconds(max($0.timeIntervalSince(now), 0)) }
    }

    private func clockOffset(_ headers: HTTPHeaders, now: Date) -> Duration? {
        guard let date = headers.first(name: "date").flatMap(DateText.httpDate) else { return nil }
        let ahead = date.timeIntervalSince(now)
        return abs(ahead) > Self.toleratedClockDifference ? .seconds(ahead) : nil
    }
}

import GoProCloud

extension ProviderDescription {
    /// GoPro's cloud.
    static let gopro = ProviderDescription(
        name: "gopro",
        title: "GoPro",
        addressVariable: "GOPRO_API_URL",
        usualAddress: "https://api.gopro.com",
        ways: [
            SignInWay(
                isSkippable: true,
                fields: [
                    SecretField(path: ["refresh_token"], question: "Refresh token", isShown: false),
                    SecretField(path: ["client_id"], question: "Client id"),
                    SecretField(path: ["client_secret"], question: "Client secret", isShown: false),
                ]
            ),
            SignInWay(fields: [
                SecretField(
                    path: ["access_token"],
                    question: "Access token, as captured from a browser",
                    isShown: false
                ),
                SecretField(
                    path: ["expires_at"],
                    question: "When it ends, to be warned before",
                    isOptional: true,
                    form: .time
                ),
            ]),
        ],
        token: ["access_token"],
        renewal: ["refresh_token"],
        capturedToken: CapturedToken(
            terms: """
                GoPro's terms allow access through GoPro's own software or an ordinary web browser only. Whether you may do this is \
                for you to find out. The interface may change or be closed at any time.

                """,
            cookie: "gp_access_token",
            host: "api.gopro.com",
            end: ["expires_at"]
        ),
        pace: Pace(variable: "GOPRO_RESOLVES_PER_SECOND", usual: 2)
    ) { environment, executor, clock, processes in
        let configuration = try GoProProvider.Configuration(environment: environment).shared(among: processes)
        return GoProProvider(configuration, executor: executor, clock: clock)
    }
}

import Logging
import Simulators
import SyncCore

extension Demo {
    /// A sample of media.
    static let gopro = Demo(name: "gopro", folder: "demo-gopro", canEdit: false) { call in
        try await GoProDemo.run(SampleMediaLibrary.make(), call)
    }
}

/// The account that the built-in GoPro cloud serves.
enum GoProDemo {
    /// The sample account's credentials, which are public.
    static var sampleSecret: Secret {
        Secret([
            "provider": .string("gopro"), "client_id": .string(SimulatedMediaLibrary.clientID),
            "client_secret": .string(SimulatedMediaLibrary.clientSecret),
            "refresh_token": .string(SimulatedMediaLibrary.firstRefreshToken),
        ])
    }

    /// Mirrors a library. Each run serves a new account, so the credentials are written anew.
    static func run(_ library: SimulatedMediaLibrary, _ call: Demo.Call) async throws -> Summary {
        try call.place.write(sampleSecret)
        return try await withGoProSimulator(library: library, logger: try call.output.makeLogger()) { server in
            try await call.run(against: server.baseURL, environment(server))
        }
    }

    /// The variables that lead to a simulator.
    static func environment(_ server: GoProSimulator) -> [String: String] {
        [
            "GOPRO_API_URL": server.baseURL,
            "GOPRO_RESOLVES_PER_SECOND": "0",
        ]
    }
}

import Clocks
import Foundation
import HTTPTransport
import Providers
import SyncCore
import Testing

@testable import obsync

@Suite("The list of providers")
struct ProviderDescriptionTests {
    @Test("each is built under its name, and has a demo")
    func built() async throws {
        try await AsyncHTTPClientTransport.with { transport in
            let providers = try ProviderDescription.makeAll(
                environment: [:],
                executor: transport,
                clock: SystemClock()
            )
            #expect(providers.map(\.name) == ProviderDescription.all.map(\.name))
        }
        #expect(Demo.all.map(\.name) == ProviderDescription.all.map(\.name))
        #expect(Demo(argument: "nobody") == nil)
    }

    @Test("a secret can be renewed by what the description says", arguments: ProviderDescription.all)
    func renewable(provider: ProviderDescription) throws {
        let empty = Secret(["provider": .string(provider.name)])
        #expect(try !provider.isRenewable(empty))
        #expect(try provider.isRenewable(empty.setting(.string("x"), at: provider.renewal)))
    }

    @Test("a secret is usable with a token, or with all that the first way needs", arguments: ProviderDescription.all)
    func usable(provider: ProviderDescription) throws {
        let empty = Secret(["provider": .string(provider.name)])
        try provider.checkUsable(empty.setting(.string("t"), at: provider.token))
        let needed = try #require(provider.ways.first?.fields.filter { !$0.isOptional })
        let whole = needed.reduce(empty) { $0.setting(.string("x"), at: $1.path) }
        try provider.checkUsable(whole)
        for field in needed {
            let others = needed.filter { $0.path != field.path }.reduce(empty) { $0.setting(.string("x"), at: $1.path) }
            let error = #expect(throws: SyncError.self) { try provider.checkUsable(others) }
            #expect(error?.message.contains(field.path.joined(separator: ".")) == true)
        }
    }

    @Test("an answer that cannot be right is objected to")
    func problems() {
        let address = SecretField(path: ["a"], question: "A", form: .address)
        #expect(address.problem(with: "you@example.com") == nil)
        #expect(address.problem(with: "you") != nil)
        let time = SecretField(path: ["t"], question: "T", form: .time)
        #expect(time.problem(with: "") == nil)
        #expect(time.problem(with: "tomorrow") != nil)
    }
}

import Clocks
import NIOHTTP1
import SyncCore
import Testing

@testable import GoProCloud

@Suite("addresses, hosts, cursors and settings")
struct TransferPartsTests {
    @Test(
        "media hosts with TLS are connected to",
        arguments: [
            "https://media.gopro.com/a?b=c", "https://d1.cloudfront.net/a",
            "https://b.s3.eu-central-1.amazonaws.com:443/a",
        ]
    )
    func known(address: String) throws {
        try MediaHosts().check(address)
    }

    @Test(
        "everything else is refused",
        arguments: [
            "http://media.gopro.com/a", "https://gopro.com.example/a", "https://evilgopro.com/", "https://192.0.2.1/a",
            "https://[::1]/a", "https://user@media.gopro.com/a", "https://user:pass@media.gopro.com/",
            "https://media.gopro.com:8443/a", "https://media.example/a", "http://127.0.0.1:80/a", "ftp://a.gopro.com/",
            "https:///a", "https://a.gopro.com\\@media.example/", "https://a.gopro.com/\u{20}x", "//a.gopro.com/", "",
            "https://MEDIA.gopro.com/", "https://example#.gopro.com/",
        ]
    )
    func foreign(address: String) {
        let error = #expect(throws: SyncError.self) { try MediaHosts().check(address) }
        #expect(error?.name == .protocolChanged)
        #expect(error?.message.contains("OBSYNC_ALLOW_HOSTS") == true)
    }

    @Test("this machine is a media host only where the service is on this machine itself")
    func loopback() throws {
        let here = MediaHosts(allowsLoopback: true)
        try here.check("http://127.0.0.1:8080/clip?Expires=1")
        for address in ["http://media.example/clip", "http://127.0.0.1.example/clip", "http://u@127.0.0.1/clip"] {
            #expect(throws: SyncError.self) { try here.check(address) }
        }
        let error = #expect(throws: SyncError.self) { try MediaHosts().check("http://127.0.0.1:8080/clip") }
        #expect(error?.reason == "HostRefused")
        for (api, isHere) in [("http://127.0.0.1:9", true), ("https://api.gopro.com", false)] {
            let hosts = try GoProProvider.Configuration(environment: ["GOPRO_API_URL": api]).hosts
            let isTaken = (try? hosts.check("http://127.0.0.1:8080/clip")) != nil
            #expect(isTaken == isHere)
        }
    }

    @Test("named hosts are let through, without TLS on loopback only")
    func named() throws {
        let hosts = MediaHosts(allowing: AllowedHosts(["media.example", "127.0.0.1:9", "plain.example:80"]))
        try hosts.check("https://media.example/a")
        try hosts.check("http://127.0.0.1:9/a")
        #expect(throws: SyncError.self) { try hosts.check("http://media.example/a") }
        #expect(throws: SyncError.self) { try hosts.check("http://plain.example:80/a") }
        #expect(throws: SyncError.self) { try hosts.check("http://127.0.0.1:10/a") }
    }

    @Test("an address tells its expiry and the name of its file, where it does")
    func signed() {
        let address =
            "https://h/p?Expires=1770000000&response-content-disposition=attachment%3B+filename%3D%22GX01.MP4%22&x"
        #expect(SignedAddress.expiry(of: address) == Timestamp(milliseconds: 1_770_000_000_000))
        #expect(SignedAddress.fileName(in: address) == "GX01.MP4")
        #expect(SignedAddress.expiry(of: "https://h/p") == nil)
        #expect(SignedAddress.expiry(of: "https://h/p?Expires=soon") == nil)
        #expect(SignedAddress.expiry(of: "https://h/p?Expires=99999999999999999")?.milliseconds == 253_402_300_799_000)
        #expect(SignedAddress.fileName(in: "https://h/p?response-content-disposition=inline") == nil)
        #expect(SignedAddress.fileName(in: "https://h/p?response-content-disposition=%zz") == nil)
        #expect(SignedAddress.fileName(in: "https://h/p?response-content-disposition=a;filename=b.c;d") == "b.c")
        #expect(SignedAddress.fileName(in: "https://h/p?response-content-disposition=filename%3D%ff") == nil)
    }

    @Test(
        "Content-Range is read whole or not at all",
        arguments: [
            ("bytes 5-9/20", true), ("bytes 9-5/20", false), ("bytes 5-20/20", false), ("bytes */20", false),
            ("items 5-9/20", false), ("bytes 5-9/*", false),
        ]
    )
    func contentRange(text: String, isGood: Bool) {
        #expect((ContentRange(["Content-Range": text]) != nil) == isGood)
    }

    @Test("a cursor survives its notation; one of somebody else is refused")
    func cursor() throws {
        let id = try #require(MediaID(rawValue: "abc"))
        let cursor = ListingCursor(until: .init(milliseconds: 5), walked: .init(milliseconds: 7), later: [id])
        #expect(try ListingCursor(try cursor.encoded) == cursor)
        #expect(throws: SyncError.self) { try ListingCursor(SourceCursor("12545")) }
    }

    @Test("too many media for later make everything be looked at again")
    func manyLater() {
        let ids = Set((0..<2001).compactMap { MediaID(rawValue: "m\($0)") })
        let now = Timestamp(milliseconds: 1)
        #expect(ListingCursor(until: now, walked: now, later: ids) == ListingCursor())
        #expect(ListingCursor(until: now, walked: now, later: Set(ids.prefix(101))).needsFullWalk(at: now))
        #expect(!ListingCursor(until: now, walked: now, later: Set(ids.prefix(100))).needsFullWalk(at: now))
        #expect(
            ListingCursor(until: now, walked: now, later: []).needsFullWalk(at: now.advanced(by: .seconds(604_800)))
        )
    }

    @Test(
        "settings are read, and refused by name",
        arguments: [
            ("GOPRO_API_URL", "http://api.example"), ("GOPRO_SIDECARS", "yes"), ("GOPRO_RESOLVES_PER_SECOND", "-1"),
            ("GOPRO_CONCURRENT_FETCHES", "0"),
        ]
    )
    func settings(variable: String, value: String) throws {
        let error = #expect(throws: SyncError.self) {
            try GoProProvider.Configuration(environment: [variable: value])
        }
        #expect(error?.name == .invalidConfiguration)
        #expect(error?.message.contains(variable) == true)
        let good = try GoProProvider.Configuration(environment: [
            "GOPRO_API_URL": "https://api.example/", "GOPRO_SIDECARS": "true", "GOPRO_RESOLVES_PER_SECOND": "4",
            "GOPRO_CONCURRENT_FETCHES": "3",
        ])
        #expect(good.apiURL == "https://api.example")
        #expect(good.takesSidecars)
        #expect(good.shared(among: 5).resolvesPerSecond == 0.8)
        #expect(good.concurrentFetches == 3)
    }
}

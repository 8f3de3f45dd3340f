import Clocks
import FoundationEssentials
import SyncCore
import Testing

@testable import GoProCloud

@Suite("rows, manifests and names")
struct MediaTests {
    private func row(_ json: String) throws -> MediaRow {
        try JSONDecoder().decode(MediaRow.self, from: Data(json.utf8))
    }

    private func manifest(_ json: String) throws -> DownloadManifest {
        try JSONDecoder().decode(DownloadManifest.self, from: Data(json.utf8))
    }

    private func medium(
        _ type: String? = "Video",
        ext: String? = "mp4",
        name: String? = "GX010639.MP4"
    ) throws -> Medium {
        let id = try #require(MediaID(rawValue: "Ab3dE6gH9jK2m"))
        return Medium(id: id, name: name, type: type, fileExtension: ext, items: 1, isProject: false)
    }

    @Test("only the id is needed")
    func idAlone() throws {
        let row = try row(#"{"id": "Ab3dE6gH9jK2m"}"#)
        #expect(row.isReady)
        #expect(row.size == nil)
        #expect(row.medium.name == nil)
        #expect(try row.entry(.group).path == VaultPath("undated/Ab3dE6gH9jK2m"))
    }

    @Test(
        "a row without an id, or with one that is no id, is refused",
        arguments: [
            #"{"filename": "GX.MP4"}"#, #"{"id": ""}"#, #"{"id": "../../etc"}"#, #"{"id": 7}"#,
        ]
    )
    func noID(json: String) {
        #expect(throws: (any Error).self) { try row(json) }
    }

    @Test("fields that have drifted are read where they can be, and are unknown otherwise")
    func drift() throws {
        let row = try row(
            #"""
            {"id": "a1", "filename": 17, "file_extension": "MP4", "file_size": "4004323122", "item_count": "3",
             "captured_at": "2026-08-23T09:15:00.250Z", "created_at": {"what": 1}, "ready_to_view": true, "type": ["x"]}
            """#
        )
        #expect(row.medium.name == "17")
        #expect(row.size == 4_004_323_122)
        #expect(row.medium.items == 3)
        #expect(row.captured?.iso8601 == "2026-08-23T09:15:00Z")
        #expect(row.created == nil)
        #expect(row.isReady)
        #expect(row.medium.type == nil)
        #expect(row.medium.fileExtension == "mp4")
        #expect(try row.entry(.group).path == VaultPath("2026/08/a1"))
    }

    @Test(
        "what is not ready is for later",
        arguments: [
            #"{"id": "a", "ready_to_view": "transcoding"}"#, #"{"id": "a", "ready_to_view": "failure"}"#,
            #"{"id": "a", "ready_to_view": false}"#,
        ]
    )
    func notReady(json: String) throws {
        #expect(try !row(json).isReady)
    }

    @Test("a size says nothing about whether a medium is ready: edits never have one")
    func nullSize() throws {
        let row = try row(#"{"id": "a", "type": "MultiClipEdit", "ready_to_view": "ready", "file_size": null}"#)
        #expect(row.isReady)
        #expect(row.size == nil)
    }

    @Test("an edit whose source has no address of its own is the one file that there is")
    func renderedEdit() throws {
        let files = #""files": [{"url": "https://a.gopro.com/f", "item_number": 1}]"#
        func originals(_ variation: String, _ type: String) throws -> [String?] {
            let json = "{\"filename\": \"edit.mp4\", \"_embedded\": {\(files), \"variations\": [\(variation)]}}"
            return try manifest(json).originals(of: medium(type)).filter(\.offer.isAvailable).map(\.offer.url)
        }
        let bare = #"{"label": "source", "quality": "source"}"#
        #expect(try originals(bare, "MultiClipEdit") == ["https://a.gopro.com/f"])
        #expect(try originals(bare, "Edit") == ["https://a.gopro.com/f"])
        // Of a video the file is a proxy, and what is withheld is not replaced.
        #expect(try originals(bare, "Video") == [])
        #expect(try originals(#"{"label": "source", "available": false}"#, "Edit") == [])
        #expect(try originals(#"{"label": "edit_proxy"}"#, "Edit") == [])
        #expect(
            try originals(#"{"label": "source", "url": "https://a.gopro.com/s"}"#, "Edit") == ["https://a.gopro.com/s"]
        )
    }

    @Test(
        "a size that cannot be, and a date, are unknown",
        arguments: [
            #"{"id": "a", "file_size": -1, "captured_at": "yesterday"}"#,
            #"{"id": "a", "file_size": 99999999999999999, "captured_at": "0001-01-01T00:00:00Z"}"#,
        ]
    )
    func impossible(json: String) throws {
        let row = try row(json)
        #expect(row.size == nil)
        #expect(row.captured == nil)
    }

    @Test("of a video only what is labelled as source is an original, wherever it stands")
    func video() throws {
        let manifest = try manifest(
            #"""
            {"_embedded": {
              "files": [{"item_number": 1, "url": "https://a.gopro.com/f"}],
              "variations": [
                {"label": "edit_proxy", "type": "mp4", "url": "https://a.gopro.com/p"},
                {"label": "high_res_proxy_mp4", "type": "mp4", "url": "https://a.gopro.com/h"},
                {"label": "concat", "type": "mp4", "url": "https://a.gopro.com/c"},
                {"label": "source", "item_number": 2, "type": "mp4", "url": "https://a.gopro.com/s2"},
                {"label": "source", "item_number": "1", "type": "mp4", "url": "https://a.gopro.com/s1"}],
              "sidecar_files": [{"label": "gpmf", "url": "https://a.gopro.com/g"}, {"label": "zip", "url": "https://a.gopro.com/z"}]}}
            """#
        )
        let originals = manifest.originals(of: try medium())
        #expect(originals.map(\.offer.url) == ["https://a.gopro.com/s2", "https://a.gopro.com/s1"])
        #expect(manifest.sidecars(of: try medium()).map(\.offer.label) == ["gpmf"])
        #expect(manifest.candidates(for: originals[1].file).first?.url == "https://a.gopro.com/s1")
    }

    @Test("never a proxy in silence: a video without a source has no original")
    func noSource() throws {
        let manifest = try manifest(
            #"{"_embedded": {"files": [{"url": "https://a.gopro.com/f"}], "variations": [{"label": "edit_proxy", "url": "https://a.gopro.com/p"}]}}"#
        )
        #expect(manifest.originals(of: try medium()).isEmpty)
        #expect(try self.manifest(#"{"_embedded": {}}"#).originals(of: try medium()).isEmpty)
    }

    @Test("every frame of a burst counts, a photo's picture counts once, its raw picture besides")
    func pictures() throws {
        let burst = try manifest(
            #"{"_embedded": {"files": [{"item_number": 1, "url": "u"}, {"item_number": 2, "url": "v"}], "variations": [{"label": "source", "url": "s"}]}}"#
        )
        #expect(burst.originals(of: try medium("Burst", ext: "jpg")).map(\.offer.url) == ["u", "v"])
        let photo = try manifest(
            #"{"_embedded": {"files": [{"item_number": 1, "url": "u"}], "variations": [{"label": "source", "url": "s"}, {"label": "raw_photo", "type": "gpr", "url": "r"}]}}"#
        )
        #expect(photo.originals(of: try medium("Photo", ext: "jpg")).map(\.offer.url) == ["s", "r"])
        let old = try manifest(#"{"_embedded": {"files": [{"item_number": 1, "url": "u"}]}}"#)
        #expect(old.originals(of: try medium("Photo", ext: "jpg")).map(\.offer.url) == ["u"])
        // A kind that nobody knew when this was written.
        #expect(old.originals(of: try medium("Panorama", ext: "jpg")).map(\.offer.url) == ["u"])
    }

    @Test("offers that are alike keep who they are when the order changes, where anything tells them apart")
    func alike() throws {
        func manifest(_ urls: [String]) throws -> DownloadManifest {
            let offers = urls.map { #"{"label": "source", "url": "\#($0)"}"# }.joined(separator: ",")
            return try self.manifest(#"{"_embedded": {"variations": [\#(offers)]}}"#)
        }
        func name(_ number: Int) -> String {
            "https://h/p/x\(number * 7)?response-content-disposition=filename%3DGX0\(number)0639.MP4"
        }
        for urls in [[1, 2, 3].map { "https://h/a/\($0).mp4?Signature=\($0)" }, [1, 2, 3].map(name)] {
            let originals = try manifest(urls).originals(of: medium())
            let other = try manifest(urls.reversed())
            #expect(originals.map { other.candidates(for: $0.file).map(\.url) } == urls.map { [$0] })
        }
        // An address without a number tells nothing: whoever fetches has to look at the bytes.
        let blind = try manifest(["https://h/a", "https://h/a"]).originals(of: medium())
        #expect(blind.map(\.file.mark) == [nil, nil])
        #expect(blind.map(\.file.ordinal) == [0, 1])
        var file = try #require(blind.last).file
        file.mark = MediaFile.mark(ofBytes: 5, etag: "x")
        #expect(try manifest(["https://h/a", "https://h/a"]).candidates(for: file).count == 2)
    }

    @Test("the handle of an earlier release names the same file")
    func oldHandle() throws {
        let file = try MediaFile(handle: #"{"id":"Ab3dE6gH9jK2m","label":"source","ordinal":1,"section":"variations"}"#)
        let manifest = try manifest(
            #"{"_embedded": {"variations": [{"label": "source", "url": "https://h/a/1"}, {"label": "source", "url": "https://h/a/2"}]}}"#
        )
        #expect(manifest.candidates(for: file).map(\.url) == ["https://h/a/2"])
    }

    private func names(_ json: String, _ medium: Medium) throws -> [String] {
        let manifest = try manifest(json)
        var names = FileNames(medium, manifestName: manifest.filename)
        return (manifest.originals(of: medium) + manifest.sidecars(of: medium)).sorted {
            FileNames.precedes($0.file, $1.file)
        }.map { names.name($0.file, $0.offer) }
    }

    @Test("chapters of one name get their numbers, whatever order they come in")
    func chapterNames() throws {
        let json = #"""
            {"filename": "GX010639.MP4", "_embedded": {"variations": [
              {"label": "source", "item_number": 3, "type": "mp4", "url": "https://h/3"},
              {"label": "source", "item_number": 1, "type": "mp4", "url": "https://h/1"},
              {"label": "source", "item_number": 2, "type": "mp4",
               "url": "https://h/2?x=1&response-content-disposition=attachment%3B%20filename%3D%22GX020639.MP4%22"}]}}
            """#
        #expect(try names(json, medium()) == ["GX010639.MP4", "GX020639.MP4", "GX010639-3.MP4"])
    }

    @Test("raw pictures and edits get the extension of what they are; sidecars say what they are of")
    func extensions() throws {
        let raw = #"""
            {"filename": "GOPR0001.JPG", "_embedded": {"variations": [
              {"label": "source", "type": "jpg", "url": "https://h/1"}, {"label": "raw_photo", "type": "gpr", "url": "https://h/2"}],
              "sidecar_files": [{"label": "gpmf", "type": "json", "item_number": 1, "url": "https://h/3"}]}}
            """#
        #expect(
            try names(raw, medium("Photo", ext: "jpg")) == ["GOPR0001.JPG", "GOPR0001.GPR", "GOPR0001-JPG-gpmf.json"]
        )
        let edit = #"{"_embedded": {"variations": [{"label": "baked_source", "type": "mp4", "url": "https://h/1"}]}}"#
        #expect(try names(edit, medium("MultiClipEdit", ext: "json", name: "My film.json")) == ["My film.mp4"])
        #expect(try names(edit, medium("MultiClipEdit", ext: "json", name: nil)) == ["Ab3dE6gH9jK2m.mp4"])
    }

    @Test(
        "hostile names stay in their folder",
        arguments: [
            ("../../etc/passwd", "..-..-etc-passwd.mp4"), ("..", "Ab3dE6gH9jK2m.mp4"), ("a\\b\u{0}c.mp4", "a-b-c.mp4"),
            ("/", "-.mp4"), ("   ", "Ab3dE6gH9jK2m.mp4"),
        ]
    )
    func hostile(name: String, expected: String) throws {
        let encoded = name.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let json = """
            {"_embedded": {"variations": [{"label": "source", "type": "mp4",
             "url": "https://h/2?response-content-disposition=attachment%3B%20filename%3D\(encoded)"}]}}
            """
        #expect(try names(json, medium(name: nil)) == [expected])
        #expect(try KeyMapping.key(folder: "", path: VaultPath("2026/01/a/\(expected)")).rawValue.hasSuffix(expected))
    }

    @Test("many files of one name, in two cases, never meet")
    func distinct() throws {
        let offers = (0..<40).map { _ in #"{"label": "source", "type": "mp4", "url": "https://h/1"}"# }
        let json = #"{"filename": "A.mp4", "_embedded": {"variations": ["# + offers.joined(separator: ",") + "]}}"
        let found = try names(json, medium(name: nil))
        #expect(Set(found.map { $0.lowercased() }).count == 40)
    }
}

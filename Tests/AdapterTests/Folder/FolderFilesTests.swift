import Checksums
import Clocks
import Foundation
import SyncCore
import Testing

@testable import LocalAdapters

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@Suite("The files of a folder")
struct FolderFilesTests {
    @Test("files follow the umask, and the group of a folder that passes it on")
    func permissions() async throws {
        try await withKeepingFolder { folder in
            let mask = umask(0o027)
            defer { umask(mask) }
            try await folder.put("Notes/a.md", "text")
            func mode(_ path: String) throws -> Int {
                try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
            }
            #expect(try mode(folder.files + "/Notes/a.md") == 0o640)
            #expect(try mode(folder.files + "/Notes") == 0o750)
            chmod(folder.files + "/Notes", 0o2750)
            try await folder.put("Notes/b.md", "text")
            #expect(folder.text("Notes/b.md") == "text")
        }
    }

    @Test("times before 1970 and with fractions are kept", arguments: [-1, -1500, 0, 1_732_060_800_123] as [Int64])
    func times(milliseconds: Int64) async throws {
        try await withTemporaryFolder { folder in
            let file = try OpenFile(path: folder + "/a", O_RDWR | O_CREAT)
            #expect(try file.setTime(Timestamp(milliseconds: milliseconds)))
            let time = try file.status().st_mtim
            #expect(Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000 == milliseconds)
        }
    }

    @Test("a destination that has gone is not made anew, and the error says so")
    func gone() async throws {
        try await withKeepingFolder { folder in
            try await folder.put("a.md", "text")
            try FileManager.default.moveItem(atPath: folder.files, toPath: folder.files + "-elsewhere")
            for attempt in [
                { _ = try await folder.put("b.md", "text") }, { _ = try await folder.store.head(ObjectKey("a.md")) },
                { try await folder.store.delete([ObjectKey("a.md")]) },
                { _ = try await folder.store.list("", after: nil).collected() },
            ] as [() async throws -> Void] {
                let error = await #expect(throws: SyncError.self) { try await attempt() }
                #expect(error?.name == .storeUnavailable)
                #expect(error?.message.contains(folder.files + " is gone") == true)
            }
            #expect(!FileManager.default.fileExists(atPath: folder.files))
            #expect(folder.trouble.error?.reason == "ENOENT")
        }
    }

    @Test(
        "a failure that only a person can mend is remembered, and its sentence names cause, place and room",
        arguments: [
            (ENOSPC, "no space left on /tmp (", true), (EDQUOT, "the quota on /tmp is used up (", true),
            (EROFS, "/tmp is read-only", true), (ESTALE, "/tmp is gone", true), (ENOTCONN, "/tmp is gone", true),
            (EXDEV, "two file systems", true), (EACCES, "permissions", false), (EIO, "fault", false),
            (ENAMETOOLONG, "does not take a name", false),
        ] as [(Int32, String, Bool)]
    )
    func sentences(code: Int32, text: String, isFatal: Bool) {
        let trouble = DestinationTrouble(path: "/tmp")
        let error = trouble.error(FileFailure(code))
        #expect(error.message.contains(text))
        #expect(error.reason != nil)
        #expect((trouble.error != nil) == isFatal)
        #expect(error.name == (code == ENAMETOOLONG ? .nameRefused : .storeUnavailable))
    }

    @Test("room is told in the units that people use")
    func space() {
        #expect(FreeSpace(free: 0, total: 2_000_000).description == "0 of 2.0 MB free")
        #expect(FreeSpace.text(999_960) == "1.0 MB")
        #expect(FreeSpace.text(12_345_678_901_234) == "12.3 TB")
        #expect(FreeSpace(of: "/proc/self/nowhere") == nil)
    }

    @Test("a part list tells hash and version of the whole, and the first release passes that by")
    func partList() async throws {
        try await withTemporaryFolder { folder in
            let upload = MultipartUpload(key: try ObjectKey("a"), id: "x", partSize: 5)
            let list = PartList(folder + "/x")
            try list.begin(upload, ObjectAttributes(contentType: "", sha256: "ab", sourceVersion: "7"))
            try list.add(UploadedPart(number: 1, etag: "1", size: 5, checksum: .init(of: [1])))
            #expect(list.upload == upload)
            #expect(list.whole == StoredContent(sha256: "ab", version: "7"))
            #expect(list.parts?.map(\.size) == [5])
            #expect(PartList(folder + "/y").parts == nil)
        }
    }
}

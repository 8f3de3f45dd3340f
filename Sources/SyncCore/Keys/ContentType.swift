/// The media type of a file by its extension.
package enum ContentType {
    /// What is stored where the extension says nothing.
    package static let unknown = "application/octet-stream"

    private static let byExtension: [String: String] = [
        "md": "text/markdown; charset=utf-8", "txt": "text/plain; charset=utf-8", "csv": "text/csv; charset=utf-8",
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "json": "application/json", "canvas": "application/json", "base": "text/yaml; charset=utf-8",
        "pdf": "application/pdf", "zip": "application/zip",
        "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "svg": "image/svg+xml",
        "webp": "image/webp", "avif": "image/avif", "bmp": "image/bmp", "gpr": "image/x-gopro-gpr",
        "mp3": "audio/mpeg", "wav": "audio/wav", "m4a": "audio/mp4", "flac": "audio/flac", "ogg": "audio/ogg",
        "oga": "audio/ogg", "opus": "audio/ogg", "3gp": "audio/3gpp",
        "mp4": "video/mp4", "mov": "video/quicktime", "mkv": "video/x-matroska", "webm": "video/webm",
        "ogv": "video/ogg", "360": "video/mp4",
    ]

    /// The media type for the last segment of a key.
    package static func of(_ key: ObjectKey) -> String {
        let name = key.rawValue.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return unknown }
        return byExtension[name[name.index(after: dot)...].lowercased()] ?? unknown
    }
}

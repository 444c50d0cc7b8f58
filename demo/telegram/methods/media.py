"""sendPhoto, sendDocument, sendMediaGroup: files uploaded with the request or sent again by their id."""

from collections.abc import Callable
from dataclasses import replace

from demo.telegram.asked import Asked, Upload
from demo.telegram.cloud import Cloud
from demo.telegram.entities import Formatted
from demo.telegram.messages import StoredFile
from demo.telegram.methods.recipients import post, writable_chat
from demo.telegram.validation import ALBUM_SIZES, MAX_FILE, caption, inline_keyboard, photo
from demo.telegram.wire import ApiError, JsonObject, bad_request


def send_photo(cloud: Cloud, asked: Asked) -> object:
    return _send(cloud, asked, "photo")


def send_document(cloud: Cloud, asked: Asked) -> object:
    return _send(cloud, asked, "document")


def send_media_group(cloud: Cloud, asked: Asked) -> object:
    items = asked.objects("media")
    if len(items) not in ALBUM_SIZES:
        few = len(items) < ALBUM_SIZES.start
        raise bad_request(f"there are {'not enough' if few else 'too many'} messages to send as an album")
    chat = writable_chat(cloud, asked)
    ready = [media_content(cloud, asked, item) for item in items]
    group = str(cloud.rng.getrandbits(53))
    posted = [post(cloud, chat, asked, content, file=file, media_group_id=group) for content, file in ready]
    return [chat.wire(message) for message in posted]


def media_content(cloud: Cloud, asked: Asked, media: JsonObject) -> tuple[JsonObject, StoredFile]:
    """The wire fields and the file of one InputMedia object."""
    kind = str(media.get("type"))
    if kind not in FILE_KINDS:
        raise bad_request(f"type of the media must be one of {', '.join(FILE_KINDS)}")
    named = Asked({**media, kind: media.get("media")}, asked.files)
    return _content(kind, _file(cloud, named, kind), caption(named))


def caption_fields(found: Formatted) -> JsonObject:
    """The wire fields of a caption."""
    fields: JsonObject = {"caption": found.text} if found.text else {}
    if found.entities:
        fields["caption_entities"] = found.entities
    return fields


def _send(cloud: Cloud, asked: Asked, kind: str) -> object:
    found = caption(asked)
    inline_keyboard(asked)
    chat = writable_chat(cloud, asked)
    content, file = _content(kind, _file(cloud, asked, kind), found)
    return chat.wire(post(cloud, chat, asked, content, file=file))


def _content(kind: str, file: StoredFile, found: Formatted) -> tuple[JsonObject, StoredFile]:
    shown: object = [file.wire()] if kind == "photo" else file.wire()
    return {kind: shown, **caption_fields(found)}, file


def _file(cloud: Cloud, asked: Asked, kind: str) -> StoredFile:
    upload = asked.files.get(kind) or _attached(asked, asked.text(kind))
    if upload is not None:
        return FILE_KINDS[kind](cloud, upload)
    name = asked.text(kind)
    if not name:
        raise bad_request(f"there is no {kind} in the request")
    known = cloud.files.get(name)
    if known is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return known


def _attached(asked: Asked, address: str) -> Upload | None:
    if not address.startswith("attach://"):
        return None
    upload = asked.files.get(address.removeprefix("attach://"))
    if upload is None:
        raise bad_request("attached file not found")
    return upload


def _keep_photo(cloud: Cloud, upload: Upload) -> StoredFile:
    width, height = photo(upload.data)
    suffix = "png" if upload.data.startswith(b"\x89PNG") else "jpg"
    fields: JsonObject = {"width": width, "height": height}
    return cloud.keep_file("photos", f"photo.{suffix}", upload.data, fields)


def _keep_document(cloud: Cloud, upload: Upload) -> StoredFile:
    if not upload.data:
        raise bad_request("file must be non-empty")
    if len(upload.data) > MAX_FILE:
        raise ApiError(413, "Request Entity Too Large")
    kept = cloud.keep_file("documents", upload.name, upload.data, {})
    fields: JsonObject = {"file_name": upload.name, "mime_type": kept.mime_type}
    cloud.files[kept.file_id] = kept = replace(kept, fields=fields)
    return kept


FILE_KINDS: dict[str, Callable[[Cloud, Upload], StoredFile]] = {
    "photo": _keep_photo,
    "document": _keep_document,
}

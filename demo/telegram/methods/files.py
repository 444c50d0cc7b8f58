"""getFile: where a file can be fetched."""

from demo.telegram.asked import Asked
from demo.telegram.cloud import Cloud
from demo.telegram.wire import bad_request

MAX_DOWNLOAD = 20 * 1024 * 1024


def get_file(cloud: Cloud, asked: Asked) -> object:
    kept = cloud.files.get(asked.text("file_id"))
    if kept is None:
        raise bad_request("invalid file_id")
    if len(kept.data) > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    return {
        "file_id": kept.file_id,
        "file_unique_id": kept.unique_id,
        "file_size": len(kept.data),
        "file_path": kept.path,
    }

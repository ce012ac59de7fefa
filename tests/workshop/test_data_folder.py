import pytest

from services.workshop.data_folder import lay_out, new_id
from tocsin.core.errors import StorageError


@pytest.fixture
def template(tmp_path):
    folder = tmp_path / "template"
    (folder / "__cluster_metadata-0").mkdir(parents=True)
    (folder / "__cluster_metadata-0" / "0.checkpoint").write_bytes(b"features")
    (folder / "meta.properties").write_text("cluster.id=template\n")
    return folder


def test_a_new_folder_has_the_templates_content_and_its_own_identity(tmp_path, template):
    lay_out(tmp_path / "data", template, 2, "cluster")

    assert b"features" == (tmp_path / "data/__cluster_metadata-0/0.checkpoint").read_bytes()
    meta = (tmp_path / "data/meta.properties").read_text()
    assert meta.startswith("version=1\ncluster.id=cluster\nnode.id=2\ndirectory.id=")


def test_a_folder_with_an_identity_is_left_alone(tmp_path, template):
    lay_out(tmp_path / "data", template, 1, "first")
    lay_out(tmp_path / "data", template, 1, "second")

    assert "cluster.id=first" in (tmp_path / "data/meta.properties").read_text()


def test_a_full_disk_on_the_way_leaves_a_folder_that_is_laid_out_anew(tmp_path, template):
    data = tmp_path / "data"
    data.mkdir()
    (data / "meta.properties").touch()  # an empty file is what a full disk leaves
    lay_out(data, template, 1, "cluster")

    assert "cluster.id=cluster" in (data / "meta.properties").read_text()


def test_a_folder_that_cannot_be_written_is_named(tmp_path, template):
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StorageError, match="data cannot be written"):
        lay_out(tmp_path / "data", template, 1, "cluster")


def test_ids_are_kafkas_and_never_look_like_an_option():
    ids = {new_id() for _ in range(300)}

    assert (300, {22}) == (len(ids), {len(each) for each in ids})
    assert not any(each.startswith("-") for each in ids)

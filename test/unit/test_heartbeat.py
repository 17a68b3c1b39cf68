from ocfs2lib import heartbeat


def test_the_times_of_the_default_threshold():
    assert heartbeat.write_limit(31) == 60
    assert heartbeat.write_limit_sum(31) == "(31 - 1) x 2 s = 60 s"
    assert heartbeat.dead_after(31) == 62
    assert heartbeat.quorum_delay(31) == 66


def test_a_cluster_is_in_use_while_it_has_a_region():
    assert heartbeat.is_in_use({"regions": ["458E997A48634B3DAB36F01667EBB761"]})
    assert not heartbeat.is_in_use({"regions": []})

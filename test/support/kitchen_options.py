"""The options that Test Kitchen and its plugins know, so that no other is in kitchen.yml.

A name that a plugin does not know is taken without a word and does nothing.
"""

#: Of Test Kitchen 4.1.0 (https://github.com/test-kitchen/test-kitchen, tag ``v4.1.0``), in
#: ``lib/kitchen/provisioner/base.rb``; with ``name``, which every plugin is chosen by.
_PROVISIONER_BASE = """
    name http_proxy https_proxy ftp_proxy retry_on_exit_code max_retries wait_for_retry root_path
    sudo sudo_command command_prefix uploads downloads
"""
#: Of kitchen-salt 0.7.2 (https://github.com/saltstack/kitchen-salt, tag ``v0.7.2``):
#: ``DEFAULT_CONFIG`` of ``lib/kitchen/provisioner/salt_solo.rb``, and what that file,
#: ``lib/kitchen-salt/pillars.rb``, ``states.rb`` and ``util.rb`` read besides.
_SALT_SOLO = """
    bootstrap_url cache_commands chef_bootstrap_url dependencies dry_run gpg_home gpg_key
    install_after_init_environment is_file_root local_salt_root omnibus_cachier pillar_env
    pillars_from_directories pip_bin pip_editable pip_extra_index_url pip_index_url pip_pkg
    remote_states require_chef salt_apt_repo_key salt_apt_repo salt_bootstrap_options
    salt_bootstrap_url salt_config salt_copy_filter salt_env salt_file_root salt_force_color
    salt_enable_color salt_install salt_minion_config_dropin_files salt_minion_config_template
    salt_minion_config salt_minion_extra_config salt_minion_id salt_pillar_root salt_ppa
    salt_spm_root salt_state_top salt_version salt_yum_repo_key salt_yum_repo_latest salt_yum_repo
    salt_yum_rpm_key state_collection state_top_from_file state_top vendor_path vendor_repo
    run_salt_call
    collection_name data_path formula grains init_environment log_level pillars pillars_from_files
    pre_salt_command prepare_salt_environment salt_call_command
"""
#: Of Test Kitchen 4.1.0, in ``lib/kitchen/verifier/base.rb`` and ``shell.rb``.
_SHELL = """
    name http_proxy https_proxy ftp_proxy root_path sudo chef_omnibus_root sudo_command
    command_prefix suite_name sleep command shellout_opts live_stream remote_exec
"""
#: Of Test Kitchen 4.1.0, in ``lib/kitchen/transport/ssh.rb`` (without those for a gateway).
_SSH = """
    name port username keepalive keepalive_interval keepalive_maxcount max_ssh_sessions
    connection_timeout connection_retries connection_retry_sleep max_wait_until_ready
    ssh_proxy_command ssh_key compression compression_level
"""
#: Of Test Kitchen 4.1.0, in ``lib/kitchen/driver/proxy.rb``.
_PROXY = "name host port username password reset_command"
#: Of kitchen-vagrant 2.2.1 (https://github.com/test-kitchen/kitchen-vagrant, tag ``v2.2.1``), in
#: ``lib/kitchen/driver/vagrant.rb``.
_VAGRANT = """
    name box box_check_update box_auto_update box_auto_prune box_download_insecure
    box_download_ca_cert box_url box_version box_arch boot_timeout customize gui linked_clone
    network pre_create_command provision provider ssh synced_folders env use_cached_chef_client
    vagrant_binary vagrantfile_erb vagrantfiles vm_hostname cache_directory
    kitchen_cache_directory cachier
"""
#: ``{kind: {name of the plugin: its options}}``
OPTIONS = {
    "driver": {"vagrant": _VAGRANT.split(), "proxy": _PROXY.split()},
    "provisioner": {"salt_solo": (_PROVISIONER_BASE + _SALT_SOLO).split()},
    "transport": {"ssh": _SSH.split()},
    "verifier": {"shell": _SHELL.split()},
}
#: What stands at the top of the file and in a suite or platform, in ``data_munger.rb``.
KINDS = (*OPTIONS, "lifecycle")

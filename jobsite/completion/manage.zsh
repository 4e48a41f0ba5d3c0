# zsh: the Tab key after `manage.py` or `python manage.py`. In ~/.zshrc:  source /path/to/jobsite/completion/manage.zsh
#
# manage.py itself says what may follow (jobsite/management/utility.py). Elsewhere zsh completes as before.
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }

_jobsite_manage() {
    local first=1
    [[ ${words[1]:t} == manage.py ]] || first=2
    if [[ ${words[first]:t} != manage.py ]] || (( CURRENT <= first )); then
        [[ ${words[1]:t} == manage.py ]] && _files || _python "$@"
        return
    fi
    local -a program=(${~words[1,first]}) found
    found=(${(f)"$(
        DJANGO_AUTO_COMPLETE=1 COMP_CWORD=$((CURRENT - first)) COMP_WORDS=${(pj:\n:)words[first,-1]} $program 2>/dev/null
    )"})
    if (( $#found )); then compadd -a found; else _files; fi
}
compdef _jobsite_manage manage.py python python3

# Completion for bash: asks the program (PROGRAM --complete) when the user presses tab.
#
# Installed once per command, under the command's name, where bash-completion finds it.  Or name
# the commands yourself:  . learnutils.bash rf rf-train rf-predict

# Prints what follows the option $1 in the answer $2: none, file, value or values with commas.
_learnutils_kind() {
    local word kind _
    while IFS=$'\t' read -r word kind _; do
        if [[ $word == "${1//_/-}" || $word == "$1" ]]; then
            printf '%s\n' "$kind"
            return
        fi
    done <<<"$2"
}

# Prints the place of the first operand among the words from $1 on, given the answer $2.
_learnutils_operand() {
    local -i i
    for ((i = $1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            --) i+=1 && break ;;
            -?*) case $(_learnutils_kind "${COMP_WORDS[i]}" "$2") in
                '' | none) ;;
                *) i+=1 && [[ ${COMP_WORDS[i]} == = ]] && i+=1 ;;
            esac ;;
            *) break ;;
        esac
    done
    printf '%d\n' "$i"
}

# Leaves in COMPREPLY those of the words $1 (one a line) that begin with $2.
_learnutils_reply() {
    local word
    COMPREPLY=()
    while IFS= read -r word; do
        [[ -n $word && $word == "$2"* ]] && COMPREPLY+=("$word")
    done <<<"$1"
}

_learnutils() {
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} answer kind
    local -a call=("${COMP_WORDS[0]/#\~\//$HOME/}")
    local -i first=1 at

    COMPREPLY=()
    answer=$("${call[@]}" --complete 2>/dev/null </dev/null) || return
    if [[ ${answer%%$'\n'*} == *$'\tverb\t'* ]]; then
        if ((COMP_CWORD == 1)); then
            _learnutils_reply "$(cut -f 1 <<<"$answer")"$'\n--help\n--version' "$current"
            return
        fi
        call+=("${COMP_WORDS[1]}")
        first=2
        answer=$("${call[@]}" --complete 2>/dev/null </dev/null) || return
    fi

    # Readline takes "--name=value" for three words.
    if [[ $current == = ]]; then
        current=
    elif [[ $before == = ]] && ((COMP_CWORD > first + 1)); then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    kind=
    if ((COMP_CWORD > first)) && [[ $before == -* ]]; then
        kind=$(_learnutils_kind "$before" "$answer")
    fi
    [[ -n $kind && $kind != none ]] || kind=$(_learnutils_kind operand "$answer")
    if [[ $kind == command ]]; then
        at=$(_learnutils_operand "$first" "$answer")
        if ((at < COMP_CWORD)) && declare -F _command_offset >/dev/null; then
            _command_offset "$at"
            return
        fi
    fi

    case $current,$kind in
        -*,*) _learnutils_reply "$(cut -f 1 <<<"$answer" | grep '^-')" "$current" ;;
        *,file) ;; # readline's own
        *,command) mapfile -t COMPREPLY < <(compgen -c -- "$current") ;;
        *,none | *,value) compopt +o default 2>/dev/null ;;
        *) _learnutils_reply "${kind//,/$'\n'}" "$current" ;;
    esac
}

if [[ ${BASH_SOURCE[0]##*/} == learnutils.bash ]]; then
    (($#)) && complete -o default -F _learnutils "$@"
else
    complete -o default -F _learnutils "${BASH_SOURCE[0]##*/}"
fi

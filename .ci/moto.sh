# Sourced with $work set: puts moto and the AWS CLI within reach, installed into $work where
# they are missing.
if ! python3 -c 'import moto.server' 2>/dev/null || ! command -v aws >/dev/null; then
	if python3 -m venv "$work/venv"; then
		"$work/venv/bin/pip" install --quiet 'moto[server]' awscli
		export PATH="$work/venv/bin:$PATH"
	else # a Python without ensurepip
		python3 -m pip install --quiet --target "$work/python" 'moto[server]' awscli
		export PYTHONPATH="$work/python" PATH="$work/python/bin:$PATH"
	fi
fi

# One image for voyage-consumer, voyage-worker and the voyage command. Nothing is built in what is shipped.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /source
COPY requirements/build.txt requirements/service.txt ./requirements/
RUN python -m venv /build \
 && /build/bin/pip install --require-hashes -r requirements/build.txt \
 && python -m venv --without-pip /opt/voyage \
 && /build/bin/pip --python /opt/voyage/bin/python install --require-hashes -r requirements/service.txt
COPY . .
RUN /build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheel . \
 && /build/bin/pip --python /opt/voyage/bin/python install --no-deps /wheel/*.whl

FROM python:3.13-slim
LABEL org.opencontainers.image.title="Voyage" org.opencontainers.image.licenses="MIT"
ENV PATH=/opt/voyage/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
COPY --from=build /opt/voyage /opt/voyage
# A number, so that Kubernetes can see that it isn't root; nobody needs to write anywhere.
USER 10001:10001
# A signal that comes while Python starts is kept until a command of ours takes it; process 1 would never hear of it.
ENTRYPOINT ["env", "--block-signal=TERM,INT"]
CMD ["voyage", "--help"]

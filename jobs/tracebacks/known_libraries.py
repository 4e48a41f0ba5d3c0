"""Which packages are surely nobody's own code? For telling a lab's own package that is installed from the others.

The names by which they are imported, of what labs that use DataJoint commonly have: arrays and statistics, files and
formats, images and video, ephys and behaviour, learning, plotting, databases and networks, running and testing. One
that is missing here counts as the lab's own where errors are grouped: its innermost frame stands for the lab's then,
and that is the same each time.
"""

_NAMES = """
    absl accelerate aiohttp albumentations allensdk altair anyio appdirs apprise arrow astropy asttokens attr
    attrdict attrs av azure bcrypt bioformats blosc blosc2 bokeh boltons boto boto3 botocore bottleneck brotli
    bs4 caiman catboost cattrs cellpose certifi cffi chardet charset_normalizer chumpy click cloudpickle
    cloudvolume colorama comm Crypto cryptography cupy cupyx cv2 cvxopt cvxpy cycler Cython cytoolz dandi dash
    dask dataclasses_json datajoint dateutil debugpy decorator deepdiff deeplabcut dill distributed django
    dlclibrary docker docopt docutils dotenv duckdb edfio einops elasticsearch elephant ephyviewer execnet
    executing fastai fastapi fasteners fastparquet filelock filterpy fire flask flatbuffers flax fsspec ftfy
    gast gcsfs geopandas gevent git google graphviz greenlet grpc gunicorn gym gymnasium h5netcdf h5py hdbscan
    hdf5plugin hdmf httpcore httplib2 httpx huggingface_hub humanize hydra hypothesis ibllib iblutil idna
    imageio imageio_ffmpeg imgaug imgstore importlib_metadata importlib_resources ipykernel IPython ipywidgets
    isodate jax jaxlib jedi jinja2 jmespath joblib json5 jsonpickle jsonschema jupyter_client jupyter_core
    jupyterlab kachery kachery_cloud keras keyring kilosort kiwisolver kombu kornia librosa lightgbm lightning
    lightning_fabric llvmlite lmfit loguru lxml lz4 mako markdown marshmallow matplotlib mdutils minio mkl
    ml_dtypes mlflow monai more_itertools moviepy mpi4py mpl_toolkits mpmath msgpack mtscomp multidict
    multiprocess munch mypy mysql mysqlclient MySQLdb napari nbclient nbconvert nbformat ndindex ndx_pose neo
    nest_asyncio netCDF4 networkx neuroconv neurodsp neuropixel nibabel nipype nltk nose notebook nptdms npyx
    numba numcodecs numexpr numpy numpydoc nvidia nwbinspector oauthlib omegaconf one onnx onnxruntime
    open_ephys openai opencv OpenGL openpyxl OpenSSL opt_einsum optax optuna orjson otumat packaging pandas
    pandera panel paramiko parso patsy pep517 phy phylib PIL pims pint pip pkg_resources platformdirs plotly
    plotnine pluggy polars pooch portalocker prefect probeinterface progressbar prometheus_client
    prompt_toolkit protobuf psutil psychopy psycopg psycopg2 pyabf pyarrow pyasn1 pycocotools pycparser
    pydantic pydantic_core pydicom pyfftw pygments pylab pymatreader pymongo pymysql pynapple pynrrd pynwb
    pyparsing PyQt5 PyQt6 pyqtgraph pyro pyrsistent pyserial PySide2 PySide6 pytest pytorch_lightning pytz pywt
    pyxdf pyximport quantities rasterio ray redis regex requests rich roifile rpy2 rsa s3fs s3transfer sacred
    scipy seaborn sentry_sdk serial setuptools shapely simplejson skimage sklearn skorch slack slack_sdk sleap
    smart_open smbclient sniffio sortingview soundfile spacy sparse sphinx spikeextractors spikeforest
    spikeinterface spikemetrics spikesorters spiketoolkit spyder sqlalchemy sqlglot sqlparse ssm stack_data
    starlette statsmodels suite2p sympy tables tabulate tblib tenacity tensorboard tensorboardX tensorflow
    tensorstore termcolor theano thinc threadpoolctl tifffile tiledb timm tinydb tkinter tokenizers toml tomli
    toolz torch torchaudio torchmetrics torchvision tornado tqdm traitlets traits transformers trimesh trio
    triton typeguard typer typing_extensions tzdata tzlocal ujson umap unyt urllib3 uvicorn uvloop vedo visdom
    vispy vtk wandb watchdog watchfiles wcwidth websocket websockets werkzeug wheel wrapt xarray xgboost xlrd
    xlsxwriter yacs yaml yarl zarr zipp zmq zstandard
"""
KNOWN = frozenset(_NAMES.split())


def is_known(package: str) -> bool:
    """Say whether a package is a known library, or one of their compiled and private parts."""
    return package in KNOWN or package.startswith(("_", "nvidia", "mkl", "sklearn"))
